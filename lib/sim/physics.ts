import { BriefError } from '../check';
import { frameLayout, poseLength } from './frame';
import type { Mujoco } from './mujoco';
import type { Actuator, Body, Geom, Joint, RobotDescription } from './protocol';
import { reach } from './reach';

export type Model = ReturnType<Mujoco['MjModel']['from_xml_string']>;
export type Data = InstanceType<Mujoco['MjData']>;

/** MuJoCo's mjtJoint and mjtGeom, by number (mjmodel.h). Meshes and the like are drawn as their bounding boxes. */
const hinge = 3;
const slide = 2;
const jointTransmission = 0;
const geomKinds = ['plane', undefined, 'sphere', 'capsule', 'ellipsoid', 'cylinder', 'box'] as const;
/** MuJoCo's own viewer shows the groups up to this one; the others hold shapes for collisions. */
const lastVisibleGroup = 2;

/**
 * A robot in MuJoCo: loaded from MJCF, stepped, read and pushed. It knows nothing of real time, threads or topics.
 * `close()` gives its memory back.
 */
export class Physics {
	readonly description: RobotDescription;
	private readonly model: Model;
	private readonly data: Data;
	private readonly keyframe: number;
	/** By joint of the description: where its position and velocity are in qpos and qvel. */
	private readonly positionAt: number[] = [];
	private readonly velocityAt: number[] = [];
	/** By body of the description: its number in MuJoCo. */
	private readonly bodyAt: number[] = [];
	/** MuJoCo's numbers of the drawn geoms that move. */
	private readonly movingGeoms: number[] = [];
	/** MuJoCo's number of the joint that the first actuator moves; -1 when it moves none. */
	private readonly drivenJoint: number;
	private readonly commands: Float64Array;
	private pushed = -1;
	private readonly pushForce = [0, 0, 0];

	/**
	 * @param xml MJCF text
	 * @throws BriefError with MuJoCo's own words when it does not load, or when it has no joint to simulate
	 */
	constructor(
		private readonly mujoco: Mujoco,
		xml: string,
	) {
		this.model = loadModel(mujoco, xml);
		this.data = new mujoco.MjData(this.model);
		const drives = this.model.nu > 0 && this.model.actuator_trntype[0] === jointTransmission;
		this.drivenJoint = drives ? this.model.actuator_trnid[0] : -1;
		this.description = this.describe();
		this.commands = new Float64Array(this.description.actuators.length);
		this.keyframe = Math.max(
			mujoco.mj_name2id(this.model, mujoco.mjtObj.mjOBJ_KEY.value, 'home'),
			this.model.nkey > 0 ? 0 : -1,
		);
		this.reset();
		if (this.description.joints.length === 0) {
			this.close();
			throw new BriefError(
				'no joints',
				'The MJCF has no hinge or slide joint, so there is nothing to move. Add a <joint> to a <body>.',
			);
		}
	}

	/** Robot's own time since its reset, s. */
	get time(): number {
		return this.data.time - this.description.timestep;
	}

	/** Kinetic and potential energy, J. */
	get energy(): number {
		this.mujoco.mj_energyPos(this.model, this.data);
		this.mujoco.mj_energyVel(this.model, this.data);
		return this.data.energy[0] + this.data.energy[1];
	}

	/**
	 * Back to the keyframe `home`, else the first keyframe, else the initial position of the MJCF; commands and pushes
	 * end.
	 * @param positions positions of joints that differ from that, as [index of the joint, rad or m]
	 */
	reset(positions: readonly (readonly [number, number])[] = []): void {
		if (this.keyframe >= 0) this.mujoco.mj_resetDataKeyframe(this.model, this.data, this.keyframe);
		else this.mujoco.mj_resetData(this.model, this.data);
		// MuJoCo puts a robot whose numbers went bad back to time 0 before it steps it. Its clock runs a step ahead, so that
		// this shows in the first step too.
		this.data.time = this.description.timestep;
		const qpos = this.data.qpos as Float64Array;
		for (const [joint, position] of positions) qpos[this.positionAt[joint]!] = position;
		(this.data.ctrl as Float64Array).fill(0);
		this.commands.fill(0);
		this.pushed = -1;
		this.mujoco.mj_forward(this.model, this.data);
	}

	/**
	 * Steps of the simulation with the command and the push as they are.
	 * @returns false when the numbers went beyond all bounds (MuJoCo has then put the robot back to its start)
	 */
	step(count = 1): boolean {
		for (let i = 0; i < count; i++) {
			const before = this.data.time;
			this.mujoco.mj_step(this.model, this.data);
			if (!(this.data.time > before)) return false;
		}
		return true;
	}

	/** The command from now on, by actuator, clamped to each one's range. Units are the actuator's: N or N m for a motor. */
	setCommand(command: ArrayLike<number>): void {
		for (const [i, { range }] of this.description.actuators.entries()) {
			const value = command[i]!;
			this.commands[i] = range ? Math.min(Math.max(value, range[0]), range[1]) : value;
		}
		(this.data.ctrl as Float64Array).set(this.commands);
	}

	/** A force in N at the centre of mass of a body of the description from now on; ends the one before. */
	setPush(body: number, force: readonly [number, number, number]): void {
		this.endPush();
		this.pushed = this.bodyAt[body]!;
		for (let i = 0; i < 3; i++) this.pushForce[i] = force[i]!;
		(this.data.xfrc_applied as Float64Array).set(force, this.pushed * 6);
	}

	endPush(): void {
		if (this.pushed >= 0) (this.data.xfrc_applied as Float64Array).fill(0, this.pushed * 6, this.pushed * 6 + 6);
		this.pushed = -1;
	}

	/** Position (rad or m), velocity (1/s of it) and actuator effort (N m or N) of each joint, into arrays of that length. */
	readJoints(position: Float64Array, velocity: Float64Array, effort: Float64Array): void {
		const { qpos, qvel, qfrc_actuator } = this.data;
		for (let i = 0; i < this.positionAt.length; i++) {
			position[i] = qpos[this.positionAt[i]!];
			velocity[i] = qvel[this.velocityAt[i]!];
			effort[i] = qfrc_actuator[this.velocityAt[i]!];
		}
	}

	/** Fills a frame of the length that `frameLayout` says. */
	readFrame(frame: Float32Array, commanded: boolean): void {
		const at = frameLayout(this.description);
		const { qpos, qvel, xpos, xipos, xanchor, geom_xpos, geom_xmat } = this.data;
		frame[at.time] = this.time;
		for (let i = 0; i < this.positionAt.length; i++) {
			frame[at.position + i] = qpos[this.positionAt[i]!];
			frame[at.velocity + i] = qvel[this.velocityAt[i]!];
		}
		frame.set(this.commands, at.command);
		frame[at.commanded] = commanded ? 1 : 0;
		frame.fill(0, at.driven, at.poses);
		if (this.drivenJoint >= 0) {
			// The anchor of a slide stays where the joint is at 0; what it moves is its body.
			const slides = this.model.jnt_type[this.drivenJoint] === slide;
			const point = 3 * (slides ? this.model.jnt_bodyid[this.drivenJoint] : this.drivenJoint);
			frame.set((slides ? xpos : xanchor).subarray(point, point + 3), at.driven);
		}
		if (this.pushed >= 0) {
			frame.set(xipos.subarray(this.pushed * 3, this.pushed * 3 + 3), at.pushPoint);
			frame.set(this.pushForce, at.pushForce);
		}
		for (const [i, geom] of this.movingGeoms.entries()) {
			const pose = at.poses + i * poseLength;
			frame.set(geom_xpos.subarray(geom * 3, geom * 3 + 3), pose);
			frame.set(geom_xmat.subarray(geom * 9, geom * 9 + 9), pose + 3);
		}
	}

	close(): void {
		this.data.delete();
		this.model.delete();
	}

	/**
	 * A name from MuJoCo's table of names, where `address` is its first byte; mj_id2name of the bindings gives rubbish
	 * for what has no name.
	 */
	private name(address: number, otherwise: string): string {
		const { names } = this.model;
		return Buffer.from(names.slice(address, names.indexOf(0, address))).toString('utf8') || otherwise;
	}

	private describe(): RobotDescription {
		const { model, mujoco } = this;
		mujoco.mj_forward(model, this.data);
		const joints: Joint[] = [];
		for (let i = 0; i < model.njnt; i++) {
			const type = model.jnt_type[i];
			if (type !== hinge && type !== slide) continue;
			this.positionAt.push(model.jnt_qposadr[i]);
			this.velocityAt.push(model.jnt_dofadr[i]);
			// Arrays of bool cannot be read through the bindings, a single one through its accessor can.
			const limited = withDelete(model.jnt(i), (joint) => Boolean(joint.limited));
			joints.push({
				name: this.name(model.name_jntadr[i], `joint${i}`),
				kind: type === hinge ? 'hinge' : 'slide',
				...(limited ? { range: [model.jnt_range[2 * i], model.jnt_range[2 * i + 1]] as const } : {}),
			});
		}
		const actuators: Actuator[] = [];
		for (let i = 0; i < model.nu; i++) {
			const limited = withDelete(model.actuator(i), (actuator) => Boolean(actuator.ctrllimited));
			actuators.push({
				name: this.name(model.name_actuatoradr[i], `actuator${i}`),
				...(limited ? { range: [model.actuator_ctrlrange[2 * i], model.actuator_ctrlrange[2 * i + 1]] as const } : {}),
			});
		}
		const bodies: Body[] = [];
		for (let i = 1; i < model.nbody; i++) {
			if (model.body_weldid[i] === 0) continue;
			this.bodyAt.push(i);
			bodies.push({ name: this.name(model.name_bodyadr[i], `body${i}`), mass: model.body_mass[i] });
		}
		return {
			// The first name of the table is the model's own.
			model: this.name(0, 'robot'),
			timestep: model.opt.timestep,
			joints,
			actuators,
			bodies,
			geoms: this.describeGeoms(),
			...this.describeDrive(),
			bounds: reach(model, this.data),
		};
	}

	private describeGeoms(): Geom[] {
		const { model, data } = this;
		const geoms: Geom[] = [];
		for (let i = 0; i < model.ngeom; i++) {
			const rgba = colour(model, i);
			if (model.geom_group[i] > lastVisibleGroup || rgba[3] === 0) continue;
			const kind = geomKinds[model.geom_type[i]];
			const size = Array.from(
				(kind ? model.geom_size : model.geom_aabb).subarray(...(kind ? [3 * i, 3 * i + 3] : [6 * i + 3, 6 * i + 6])),
			);
			const geom = { kind: kind ?? 'box', size: size as [number, number, number], rgba };
			if (model.body_weldid[model.geom_bodyid[i]] === 0) {
				const position = data.geom_xpos.subarray(3 * i, 3 * i + 3);
				geoms.push({ ...geom, pose: [...position, ...data.geom_xmat.subarray(9 * i, 9 * i + 9)] });
			} else {
				this.movingGeoms.push(i);
				geoms.push(geom);
			}
		}
		return geoms;
	}

	/** The joint of the first actuator, and the direction of its force. */
	private describeDrive(): Pick<RobotDescription, 'drive'> {
		const { model, data } = this;
		if (this.drivenJoint < 0) return {};
		const sign = model.actuator_gear[0] < 0 ? -1 : 1;
		const [x, y, z] = data.xaxis.subarray(3 * this.drivenJoint, 3 * this.drivenJoint + 3);
		const kind = model.jnt_type[this.drivenJoint] === slide ? 'slide' : 'hinge';
		return { drive: { kind, axis: [sign * x, sign * y, sign * z] } };
	}
}

function loadModel(mujoco: Mujoco, xml: string): Model {
	try {
		return mujoco.MjModel.from_xml_string(xml);
	} catch (error) {
		const reason = (error instanceof Error ? error.message : String(error))
			.replace(/^MuJoCo Error: (Loading error: )?/, '')
			.replace(/:?\s*\n\s*/g, '; ')
			.replace(/[; ]+$/, '');
		throw new BriefError('bad MJCF', `MuJoCo cannot load this MJCF: ${reason}`, { cause: error });
	}
}

/** What a geom shows: its material's colour, unless it has one of its own beside the material. */
function colour(model: Model, geom: number): [number, number, number, number] {
	const own = Array.from(model.geom_rgba.subarray(4 * geom, 4 * geom + 4)) as [number, number, number, number];
	const material = model.geom_matid[geom];
	const isDefault = own[0] === 0.5 && own[1] === 0.5 && own[2] === 0.5 && own[3] === 1;
	if (material < 0 || !isDefault) return own;
	return Array.from(model.mat_rgba.subarray(4 * material, 4 * material + 4)) as [number, number, number, number];
}

/** Accessors live in WebAssembly's memory until they are deleted. */
function withDelete<T extends { delete(): void }, R>(accessor: T, read: (accessor: T) => R): R {
	try {
		return read(accessor);
	} finally {
		accessor.delete();
	}
}
