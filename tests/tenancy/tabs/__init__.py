"""Several tabs of one browser: old links and forms act only for the person they name."""
