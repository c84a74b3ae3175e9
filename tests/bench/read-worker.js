// Reads a file to its end in slices, in one of two ways, and does nothing with the bytes.

const WAYS = {
  // One slice is read ahead, as our worker does it.
  async arrayBuffer(file, sliceBytes) {
    let bytes = 0;
    let ahead = file.slice(0, sliceBytes).arrayBuffer();
    for (let at = sliceBytes; ahead; at += sliceBytes) {
      const buffer = await ahead;
      ahead = at < file.size ? file.slice(at, at + sliceBytes).arrayBuffer() : null;
      bytes += buffer.byteLength;
    }
    return bytes;
  },
  FileReaderSync(file, sliceBytes) {
    const reader = new FileReaderSync();
    let bytes = 0;
    for (let at = 0; at < file.size; at += sliceBytes) bytes += reader.readAsArrayBuffer(file.slice(at, at + sliceBytes)).byteLength;
    return bytes;
  },
};

onmessage = async ({ data: { way, sliceBytes, file } }) => {
  const began = performance.now();
  const bytes = await WAYS[way](file, sliceBytes);
  postMessage({ seconds: (performance.now() - began) / 1000, bytes });
};
