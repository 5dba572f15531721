// A field for a code that looks like one box for each digit. It is one real input, so that
// autofill, pasting, undo and screen readers work as everywhere; the boxes behind it only show
// what it holds.

const digitsOf = (text) => text.normalize("NFKC").replace(/[^0-9]/g, ""); // NFKC: full-width digits

// codeIn finds the code in what was pasted: a whole text has other digits too.
function codeIn(text, length) {
  const plain = text.normalize("NFKC").replace(/([0-9])[ -]+(?=[0-9])/g, "$1");
  const alone = plain.match(/[0-9]+/g)?.find((run) => run.length === length);
  return alone ?? digitsOf(text).slice(0, length);
}

export class Boxes {
  // done is called when the last digit has come.
  constructor(frame, input, done) {
    this.frame = frame;
    this.input = input;
    this.done = done;
    this.length = 0;
    input.addEventListener("input", (event) => this.changed(event));
    input.addEventListener("paste", (event) => this.pasted(event));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("pointerup", (event) => this.pointed(event));
    for (const name of ["focus", "blur"]) input.addEventListener(name, () => this.show());
    document.addEventListener("selectionchange", () => this.show());
  }

  get value() { return this.input.value; }

  // clear empties the field, for a code of so many digits.
  clear(length = this.length) {
    if (length !== this.length) {
      this.length = length;
      this.frame.querySelectorAll("span").forEach((box) => box.remove());
      for (let i = 0; i < length; i++) {
        const box = document.createElement("span");
        box.ariaHidden = "true";
        this.frame.append(box);
      }
    }
    this.input.value = "";
    this.show();
  }

  // fill puts a code in, as autofill does.
  fill(code) {
    this.input.value = codeIn(code, this.length);
    this.place(this.value.length);
    this.full();
  }

  full() {
    if (this.value.length === this.length) this.done();
  }

  // place puts the cursor on a box: what is typed replaces its digit.
  place(at) {
    at = Math.max(0, Math.min(at, this.value.length, this.length));
    this.input.setSelectionRange(at, Math.min(at + 1, this.value.length));
    this.show();
  }

  changed(event) {
    const at = digitsOf(this.input.value.slice(0, this.input.selectionStart)).length;
    this.input.value = digitsOf(this.input.value).slice(0, this.length);
    if (event.inputType?.startsWith("delete")) this.place(at === this.value.length ? at : at - 1);
    else this.place(at);
    if (!event.inputType?.startsWith("delete")) this.full();
  }

  pasted(event) {
    event.preventDefault();
    if (this.input.readOnly) return;
    const code = codeIn(event.clipboardData.getData("text"), this.length);
    if (code) this.fill(code);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const at = this.input.selectionStart;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.length }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.place(to);
  }

  pointed(event) {
    const { left, width } = this.input.getBoundingClientRect();
    this.place(Math.floor((event.clientX - left) / width * this.length));
  }

  show() {
    const focused = document.activeElement === this.input && !this.input.readOnly;
    const from = this.input.selectionStart, to = this.input.selectionEnd;
    this.frame.querySelectorAll("span").forEach((box, i) => {
      box.textContent = this.value[i] ?? "";
      const here = from === to ? i === Math.min(from, this.length - 1) : i >= from && i < to;
      box.className = focused && here ? "here" : "";
    });
  }
}
