"""What this machine has, beside what geoml needs; works where packages are missing or broken."""
