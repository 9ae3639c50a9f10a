/** What an execution provider needs, and the machines (platform-architecture) that onnxruntime-node has it for. */
interface Provider {
	readonly machines: readonly string[];
	readonly needs: string;
}

const nvidiaPart =
	'with their driver, and the part of ONNX Runtime for them, which the installation of onnxruntime-node downloads unless ONNXRUNTIME_NODE_INSTALL=skip is set';
const mac = ['darwin-x64', 'darwin-arm64'];
const windows = ['win32-x64', 'win32-arm64'];

/** As the manual of onnxruntime-node lists them. */
const providers: Readonly<Record<string, Provider>> = {
	cuda: { machines: ['linux-x64'], needs: `an NVIDIA GPU, CUDA 12 and cuDNN 9 ${nvidiaPart}` },
	tensorrt: { machines: ['linux-x64'], needs: `an NVIDIA GPU, TensorRT 10, CUDA 12 and cuDNN 9 ${nvidiaPart}` },
	coreml: { machines: mac, needs: 'macOS 10.15 or newer' },
	dml: { machines: windows, needs: 'a GPU with a driver for DirectX 12' },
	webgpu: {
		machines: ['linux-x64', ...mac, ...windows],
		needs: 'a GPU with a driver for Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)',
	},
};

/**
 * Why a provider that was asked for is not in use, for people.
 * @param runtime the build in use
 * @param reason what ONNX Runtime said
 * @param machine platform and architecture, such as `linux-x64`
 */
export function explainProvider(
	name: string,
	runtime: 'native' | 'wasm',
	reason: string,
	machine = `${process.platform}-${process.arch}`,
): string {
	const start = `The execution provider ${name} is not in use, the next one takes its place:`;
	const provider = providers[name];
	if (!provider) return `${start} it does not work here. (${reason})`;
	if (runtime === 'wasm') {
		return `${start} the WebAssembly build of ONNX Runtime, which is the one in use, does not have it.`;
	}
	if (!provider.machines.includes(machine)) {
		return `${start} onnxruntime-node has it for ${provider.machines.join(', ')}, and this machine is ${machine}.`;
	}
	return `${start} it needs ${provider.needs}. (${reason})`;
}
