// The scripts of a record's page. Collected for production, they are this one file (wisely_security/core/static_files.py).
import "./report.js";
import "./chart.js";
import "./pickers.js";
import "./people.js";
import "./filters.js";
import "./rows.js";
