/** Stands in for the thread of a model: dies before it has loaded anything. */
process.exit(3);
