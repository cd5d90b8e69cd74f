/** What the page is told by whoever serves it, as JSON in its element `#site`. */
export interface SiteSettings {
  /** Whether there is a service behind the page. Without one, all is done in the browser. */
  service: boolean;
  /** Networks beside the page; without them those that come with the library. */
  networks?: { detector: string; landmarker: string; set: string; licence: string } | undefined;
  /** Address of the script of ONNX Runtime with WebGPU. Without it the browser uses its processor only. */
  webgpu?: string | undefined;
}
