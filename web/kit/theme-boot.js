/* Before the first paint: the theme and the language that the cookies name. */
(function () {
  var root = document.documentElement;
  var theme = /(?:^|; )theme=(light|dark)/.exec(document.cookie);
  var language = /(?:^|; )lang=(en|ms|zh-Hans)/.exec(document.cookie);
  if (theme) root.dataset.theme = theme[1];
  if (language) root.lang = language[1];
})();
