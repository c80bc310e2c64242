int echo_of(int value);
