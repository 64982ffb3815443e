"""On what PyTorch would compute here; run in a child process, where PyTorch is installed."""

from __future__ import annotations


def device() -> dict[str, str]:
    """``cuda``, ``mps`` (Apple silicon) or ``cpu``, with the device's name."""
    import torch

    if torch.cuda.is_available():
        return {"device": "cuda", "name": torch.cuda.get_device_name()}
    if torch.backends.mps.is_available():
        return {"device": "mps", "name": "Apple silicon"}
    return {"device": "cpu", "name": f"{torch.get_num_threads()} threads"}
