import { loadAddon } from './addon';

/**
 * Runs in a process of its own, which may be ended by what it tries: loads the binary of rclnodejs and the middleware,
 * and says its name. Arguments: the path of the binary.
 */
const addon = loadAddon(process.argv[2] ?? '');
const context = addon.createContext();
addon.init(context, [], 0n);
const rmw = addon.getRMWImplementationIdentifier();
context.release();
console.log(`rmw ${rmw}`);
