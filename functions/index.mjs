// Where the functions-framework begins. It would load `read-package-up` to find out whether a file with another ending is an
// ES module, which takes longer than all of the api. (functions-framework 5.0.5)

import './index.ts';
