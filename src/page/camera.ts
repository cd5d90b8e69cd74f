const NOT_OFFERED = 'the browser offers none on this address (it needs https or localhost)';

/** The camera behind a `<video>`: one at a time. */
export class Camera {
  readonly #video: HTMLVideoElement;
  #facing: 'user' | 'environment' = 'user';
  /** Counts openings, so that one that comes too late is turned off again. */
  #turn = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /**
   * Turns the camera on.
   * @returns false when it was stopped or opened anew in the meantime
   */
  async open(): Promise<boolean> {
    this.stop();
    const turn = this.#turn;
    if (!navigator.mediaDevices) throw new Error(NOT_OFFERED);
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: this.#facing } });
    if (turn !== this.#turn) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.#video.srcObject = stream;
    await this.#video.play();
    return turn === this.#turn;
  }

  /** The camera on the other side of the device. */
  turn(): Promise<boolean> {
    this.#facing = this.#facing === 'user' ? 'environment' : 'user';
    return this.open();
  }

  /** Whether there is another one to turn to. */
  async hasOther(): Promise<boolean> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput').length > 1;
  }

  stop(): void {
    this.#turn++;
    const stream = this.#video.srcObject as MediaStream | null;
    for (const track of stream?.getTracks() ?? []) track.stop();
    this.#video.srcObject = null;
  }

  /** Pictures one after the other, the newest each time, until the camera stops. Close each. */
  async *frames(): AsyncGenerator<ImageBitmap, void, undefined> {
    const turn = this.#turn;
    for (;;) {
      await new Promise((resolve) => this.#video.requestVideoFrameCallback(resolve));
      if (turn !== this.#turn) return;
      yield await createImageBitmap(this.#video);
      if (turn !== this.#turn) return;
    }
  }
}
