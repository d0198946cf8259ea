// The page of somebody else that every unit stands in.
const script = document.createElement("script");
script.type = "text/plain"; // loads nothing
script.setAttribute("src", "https://feedback.example/widget.js");
script.setAttribute("data-feedback-site", "SITE");
document.head.append(script);
