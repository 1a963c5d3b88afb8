// Runs when the sketchpad is there. Gradio gives `element`, `props` and `trigger`.

const WHILE_DRAWING = 100; // milliseconds between two drawings sent

const canvas = element.querySelector("canvas");
const context = canvas.getContext("2d");
const pen = element.querySelector("input");
const undo = element.querySelector(".undo");
const clear = element.querySelector(".clear");

let strokes = []; // {width, points: [[x, y], ...]} in pixels of the canvas
let drawing = null; // the one under the pen
let waiting = null;

function place(event) {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

function paint({ width, points }, first = 1) {
    context.lineWidth = width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...points[first - 1]);
    for (const point of points.slice(first)) context.lineTo(...point);
    if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]); // a dot
    context.stroke();
}

function repaint() {
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    strokes.forEach((stroke) => paint(stroke));
}

function send() {
    clearTimeout(waiting);
    waiting = null;
    undo.disabled = clear.disabled = strokes.length === 0;
    props.value = strokes.length ? canvas.toDataURL("image/png") : null;
    trigger("input");
}

function begin(event) {
    if (drawing || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    drawing = { width: Number(pen.value), points: [place(event)], pointer: event.pointerId };
    strokes.push(drawing);
    paint(drawing);
}

function go(event) {
    if (!drawing || event.pointerId !== drawing.pointer) return;
    const first = drawing.points.length;
    const passed = event.getCoalescedEvents?.() ?? [];
    drawing.points.push(...(passed.length ? passed : [event]).map(place));
    paint(drawing, first);
    waiting ??= setTimeout(send, WHILE_DRAWING);
}

function end(event) {
    if (!drawing || event.pointerId !== drawing.pointer) return;
    drawing = null;
    send();
}

function change(kept) {
    strokes = kept;
    drawing = null;
    repaint();
    send();
}

canvas.addEventListener("pointerdown", begin);
canvas.addEventListener("pointermove", go);
canvas.addEventListener("pointerup", end);
canvas.addEventListener("pointercancel", end);
undo.addEventListener("click", () => change(strokes.slice(0, -1)));
clear.addEventListener("click", () => change([]));
repaint();
