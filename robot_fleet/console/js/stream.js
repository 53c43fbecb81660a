// The stream of frames from the server; comes back by itself after any interruption, and takes up where it broke off.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
const SILENCE_MS = 4000;

/**
 * Call `onFrame(frame)` for each frame and `onState(connected)` when the connection comes and goes. Before each attempt
 * `admitted()` is waited for: whoever is not let in need not try.
 */
export function follow(onFrame, onState, admitted) {
  let pause = FIRST_PAUSE_MS;
  let watchdog = 0;
  let seen = null; // of which server, and its last event that was taken in

  async function connect() {
    await admitted();
    const address = new URL("api/v1/stream", location.href);
    if (seen) address.search = new URLSearchParams({ epoch: seen.epoch, after: seen.seq });
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    let over = false;

    const listen = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, SILENCE_MS); // a server that hangs does not close; the beat is five a second
    };
    const end = () => {
      if (over) return;
      over = true;
      clearTimeout(watchdog);
      socket.close();
      onState(false);
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
    socket.onmessage = (message) => {
      if (over) return;
      listen();
      const frame = JSON.parse(message.data);
      if (frame.type === "patch") {
        if (frame.seq !== seen.seq + 1) return end(); // something was lost on the way: have it sent again
        seen.seq = frame.seq;
      }
      onFrame(frame);
      if (frame.type === "snapshot") seen = { epoch: frame.epoch, seq: frame.seq };
      if (frame.type === "snapshot" || frame.type === "resume") {
        pause = FIRST_PAUSE_MS;
        onState(true);
      }
    };
    socket.onclose = end;
    socket.onerror = end;
    listen();
  }

  connect();
}
