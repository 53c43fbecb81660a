// A sound while something rings that nobody has taken note of. Off until a person turns it on.

const PITCHES_HZ = { critical: [880, 660, 880], high: [740, 740], medium: [590], low: [] };
const EVERY_MS = { critical: 4000, high: 10_000, medium: 60_000, low: Infinity };
const NOTE_S = 0.16;

export class Sound {
  constructor() {
    this.context = null;
    this.last = -Infinity;
  }

  get on() {
    return this.context !== null;
  }

  /** Turn it on or off; browsers let a page sound only after a person has clicked something in it. */
  toggle() {
    if (this.context) {
      this.context.close();
      this.context = null;
    } else {
      this.context = new AudioContext();
      this.last = -Infinity;
    }
  }

  /** Sound for the most urgent of what rings; called often. */
  ring(alarms, now) {
    const worst = alarms.find(({ state }) => state === "active")?.urgency;
    if (!this.context || !worst || now - this.last < EVERY_MS[worst]) return;
    this.last = now;
    PITCHES_HZ[worst].forEach((pitch, index) => this.#note(pitch, this.context.currentTime + index * NOTE_S * 1.3));
  }

  #note(pitch, at) {
    const tone = this.context.createOscillator();
    const volume = this.context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
    tone.connect(volume).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + NOTE_S);
  }
}
