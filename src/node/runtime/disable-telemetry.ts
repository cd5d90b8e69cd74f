/**
 * Keeps ONNX Runtime from reporting to Microsoft: since 1.29 its builds for Linux and macOS do so unless told otherwise, and
 * leave a device id and logs on the disk. It reads the variable once, when the process opens its first session. Whoever wants
 * the reports sets `ORT_DISABLE_TELEMETRY=0`.
 *
 * Only the main thread can change what native code sees of the environment: a program that opens sessions in threads of its
 * own sets the variable before it starts.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
