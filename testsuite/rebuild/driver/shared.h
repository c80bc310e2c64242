#ifndef SHARED_H
#define SHARED_H

#define SHARED_STEP 3
int alpha_answer(int question);

#endif
