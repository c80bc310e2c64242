int alpha_answer(int question);
int helper_work(int value);
