// Every text in sight whose contrast with what lies behind it is below WCAG 2.2 AA: 4.5, or 3 for large type.
(() => {
  const channels = (colour) => {
    const found = (colour.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return found.length < 4 ? [...found, 1] : found;
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (front, back) => back.map((v, k) => v * (1 - front[3]) + front[k] * front[3]);
  const behind = (element) => {
    const chain = [];
    for (let e = element; e && e.nodeType === 1; e = e.parentNode) chain.unshift(e);
    return chain.reduce((back, e) => over(channels(getComputedStyle(e).backgroundColor), back), [255, 255, 255]);
  };
  const weak = new Set();
  for (const e of document.querySelectorAll(".cas *")) {
    const drawn = e instanceof SVGElement;
    const words = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join("");
    if (!words || e.tagName === "title" || e.closest(":disabled") || !(drawn || e.offsetParent)) continue;
    const style = getComputedStyle(e), back = behind(drawn ? e.closest("svg").parentNode : e);
    const front = over(channels(drawn ? style.fill : style.color), back);
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (large ? 3 : 4.5)) weak.add(ratio.toFixed(2) + " " + words.slice(0, 40));
  }
  return [...weak].join("; ");
})()
