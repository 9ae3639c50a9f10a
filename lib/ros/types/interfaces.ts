import { BriefError } from '../../check';
import { type InterfaceKind, parseTypeName } from '../names';
import type { Definition, Field } from './definition';
import { nearNames } from './near';
import { DefinitionError, parseDefinitions } from './parse';
import { readInterface, type Source } from './sources';

/** All definitions that a set of sources has, each parsed when it is first asked for. */
export class Interfaces {
	private readonly definitions = new Map<string, Definition>();
	/** What was wrong with a file, so that it is read once only. */
	private readonly failures = new Map<string, Error>();

	/** @param sources where to look, the first that has a type wins */
	constructor(private readonly sources: readonly Source[]) {}

	/** Full names of all types of a kind, sorted. */
	names(kind: InterfaceKind): string[] {
		return [...new Set(this.sources.flatMap((source) => source.names(kind)))].sort();
	}

	/**
	 * The definition of a structure. Of a service or action it also knows the parts (`X_Request`, `X_SendGoal_Request`
	 * ...) and, under its own name, the structure of its parts, which type hashes are made of.
	 * @throws BriefError when the type is not known or its file has an error
	 */
	definition(full: string, usedBy?: string): Definition {
		const known = this.definitions.get(full);
		if (known) return known;
		const [packageName, kind, name] = full.split('/') as [string, InterfaceKind, string];
		const baseName = kind === 'msg' ? name : name.split('_', 1)[0]!;
		const baseFull = `${packageName}/${kind}/${baseName}`;
		const failure = this.failures.get(baseFull);
		if (failure) throw failure;
		const file = this.find(packageName, kind, baseName);
		if (file === undefined) throw this.unknown(baseFull, usedBy);
		try {
			for (const definition of parseFile(file, packageName, kind, baseName)) {
				this.definitions.set(definition.name, definition);
			}
		} catch (error) {
			const brief = error instanceof BriefError ? error.brief : 'bad definition';
			const wrapped = new BriefError(brief, `${(error as Error).message}. Correct the file and deploy.`, {
				cause: error,
			});
			this.failures.set(baseFull, wrapped);
			throw wrapped;
		}
		const definition = this.definitions.get(full);
		if (definition === undefined) throw this.unknown(full, usedBy);
		return definition;
	}

	private find(packageName: string, kind: InterfaceKind, name: string): string | undefined {
		for (const source of this.sources) {
			const file = source.find(packageName, kind, name);
			if (file !== undefined) return file;
		}
		return undefined;
	}

	/** @param full a file's own type: of the parts of a service, the service */
	private unknown(full: string, usedBy: string | undefined): BriefError {
		const [packageName, kind, name] = full.split('/') as [string, InterfaceKind, string];
		const all = this.names(kind);
		const sameName = all.filter((candidate) => candidate.endsWith(`/${name}`));
		const near = [...new Set([...sameName, ...nearNames(full, all)])].slice(0, 3);
		const meant = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
		const by = usedBy === undefined ? '' : `, which ${usedBy} needs`;
		return new BriefError(
			'unknown type',
			`Expected a type with a known definition, got ${full}${by}.${meant} For a type of your own, add a folder that has ${packageName}/${kind}/${name}.${kind} below it to the folders of the ros2-context node.`,
		);
	}
}

function parseFile(file: string, packageName: string, kind: InterfaceKind, name: string): Definition[] {
	// The name of a file is the name of a type; one that cannot be a type would only fail later and less clearly.
	try {
		parseTypeName('name', `${packageName}/${kind}/${name}`, kind);
	} catch (error) {
		throw new DefinitionError(`${file}: ${(error as Error).message}`, { cause: error });
	}
	const text = readInterface(file);
	const full = `${packageName}/${kind}/${name}`;
	if (kind === 'msg') return parseDefinitions(text, packageName, [full], file);
	const suffixes = kind === 'srv' ? ['Request', 'Response'] : ['Goal', 'Result', 'Feedback'];
	const parts = parseDefinitions(
		text,
		packageName,
		suffixes.map((suffix) => `${full}_${suffix}`),
		file,
	);
	return [...parts, ...(kind === 'srv' ? deriveService(full) : deriveAction(full))];
}

function field(name: string, base: string): Field {
	return { name, type: { base } };
}

function structure(name: string, fields: Field[]): Definition {
	return { name, fields, constants: [] };
}

/**
 * What rosidl makes of a service beside its request and response.
 * @see https://design.ros2.org/articles/interface_definition.html and REP 2012 (service introspection)
 */
function deriveService(full: string): Definition[] {
	const some = (base: string): Field['type'] => ({ base, array: { kind: 'bounded', size: 1 } });
	return [
		structure(`${full}_Event`, [
			field('info', 'service_msgs/msg/ServiceEventInfo'),
			{ name: 'request', type: some(`${full}_Request`) },
			{ name: 'response', type: some(`${full}_Response`) },
		]),
		structure(full, [
			field('request_message', `${full}_Request`),
			field('response_message', `${full}_Response`),
			field('event_message', `${full}_Event`),
		]),
	];
}

/**
 * What rosidl makes of an action beside its goal, result and feedback.
 * @see https://design.ros2.org/articles/actions.html
 */
function deriveAction(full: string): Definition[] {
	const goalId = field('goal_id', 'unique_identifier_msgs/msg/UUID');
	return [
		structure(`${full}_SendGoal_Request`, [goalId, field('goal', `${full}_Goal`)]),
		structure(`${full}_SendGoal_Response`, [field('accepted', 'bool'), field('stamp', 'builtin_interfaces/msg/Time')]),
		...deriveService(`${full}_SendGoal`),
		structure(`${full}_GetResult_Request`, [goalId]),
		structure(`${full}_GetResult_Response`, [field('status', 'int8'), field('result', `${full}_Result`)]),
		...deriveService(`${full}_GetResult`),
		structure(`${full}_FeedbackMessage`, [goalId, field('feedback', `${full}_Feedback`)]),
		structure(full, [
			field('goal', `${full}_Goal`),
			field('result', `${full}_Result`),
			field('feedback', `${full}_Feedback`),
			field('send_goal_service', `${full}_SendGoal`),
			field('get_result_service', `${full}_GetResult`),
			field('feedback_message', `${full}_FeedbackMessage`),
		]),
	];
}
