"""Several tabs of one browser: old links and forms act for nobody but whom they name."""
