// Opens Node-RED with this package and the first example, deployed and running. All that it writes is in .user-dir.
//
//   npm start                     on http://127.0.0.1:1880
//   PORT=1990 npm start           on another port
//   npm start -- --fresh          throws away what was changed in the editor before
//   npm start -- --example 02     another example
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

const { values: options } = parseArgs({
	options: {
		fresh: { type: 'boolean', default: false },
		example: { type: 'string', default: '01' },
		'user-dir': { type: 'string', default: join(root, '.user-dir') },
	},
});
const userDir = options['user-dir'];
const port = Number(process.env.PORT || 1880);
// The robots of two such Node-REDs on one machine would hear each other's policies. A second one needs another port, and
// gets another ROS domain with it.
process.env.ROS_DOMAIN_ID ||= String(Math.abs(port - 1880) % 101);

const example = readdirSync(join(root, 'examples')).find((name) => name.startsWith(options.example));
if (!example) {
	console.error(`There is no example that begins with "${options.example}" in examples/.`);
	process.exit(1);
}
// Deploy rewrites the flow file, so the editor works on a copy, one for each example.
const flowFile = `flows-${example.slice(0, 2)}.json`;
if (options.fresh) rmSync(join(userDir, flowFile), { force: true });
mkdirSync(userDir, { recursive: true });
const kept = existsSync(join(userDir, flowFile));
const hasRobot = readFileSync(join(root, 'examples', example), 'utf8').includes('"sim-robot"');
if (!kept) copyFileSync(join(root, 'examples', example), join(userDir, flowFile));

const RED = require('node-red');
const server = createServer();
RED.init(server, {
	userDir,
	flowFile,
	nodesDir: root,
	uiHost: '127.0.0.1',
	uiPort: port,
	httpAdminRoot: '/',
	httpNodeRoot: '/api',
	// The demo holds no secrets; a fixed key spares the warning about a generated one.
	credentialSecret: 'demo',
	// An editor for trying things out: no tour, no catalogue to fetch, no telemetry.
	editorTheme: { tours: false, palette: { catalogues: [] } },
	telemetry: { enabled: false, updateNotification: false },
	logging: { console: { level: 'error', metrics: false, audit: false } },
});
server.on('request', (request, response) => {
	if (request.url?.startsWith('/api/')) RED.httpNode(request, response);
	else RED.httpAdmin(request, response);
});

const stop = async () => {
	await RED.stop();
	server.close();
	server.closeAllConnections();
	process.exit(0);
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

RED.runtime.events.once('flows:started', () => {
	console.log(`
  Node-RED is running with "${example.replace('.json', '')}"${kept ? ' as you left it (npm start -- --fresh begins anew)' : ''}.

    The flow:           http://127.0.0.1:${port}/
${hasRobot ? `    The robot, live:    http://127.0.0.1:${port}/sim-robot/view\n` : ''}\
    With ROS 2 here:    ROS_DOMAIN_ID=${process.env.ROS_DOMAIN_ID} ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST ros2 topic list

  ${
		hasRobot
			? 'Watch the policy hold the robot. Push it in the flow or in the picture; cut the wire to onnx-infer, deploy, and\n  watch it fall.'
			: 'Open the comment in the flow: it says what there is to see and to do.'
	} Ctrl+C ends it.
`);
});

server.once('error', (error) => {
	const busy = error.code === 'EADDRINUSE';
	console.error(busy ? `Port ${port} is in use. Choose another: PORT=1990 npm start` : error.message);
	process.exit(1);
});
server.listen(port, '127.0.0.1', () => RED.start());
