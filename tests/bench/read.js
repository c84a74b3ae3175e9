// Measures how fast the browser gives a file to a worker, slice by slice; `measure(way, sliceBytes)` is called from outside.

const worker = new Worker("read-worker.js");

function measure(way, sliceBytes) {
  const [file] = document.querySelector("input").files;
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ way, sliceBytes, file });
  });
}
