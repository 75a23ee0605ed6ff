// Before anything is painted: what needs scripts to be folded or shown is folded or shown at once, so nothing jumps.
document.documentElement.classList.add("js");
