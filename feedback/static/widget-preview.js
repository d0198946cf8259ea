// In the preview the survey is asked at once, whatever its rules say.
(() => {
  const survey = document.currentScript.dataset.survey;
  window.feedback = (...call) => window.feedback.q.push(call);
  window.feedback.q = [];
  window.feedback("show", survey);
})();
