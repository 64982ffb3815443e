"""Where water goes on a terrain model, and what that says about each place.

``routing`` finds the way of the water once for a whole raster; every other module turns that way
into one quantity. All of them are functions of arrays: heights in metres, cells of any proportion,
unknown ground NaN.
"""
