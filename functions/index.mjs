// The file that the functions-framework loads. It ends in .mjs, because for other files the framework loads
// `read-package-up` to detect an ES module, which takes longer than loading the api. (functions-framework 5.0.5)

import './index.ts';
