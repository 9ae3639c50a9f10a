import fc from 'fast-check';

// The same cases in each run, so that a failure is the change's own; FC_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
