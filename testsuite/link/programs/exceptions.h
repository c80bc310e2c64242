#pragma once
#include <stdexcept>
#include <string>

struct Refused : std::runtime_error {
  Refused(const std::string& why, int number) : std::runtime_error(why), code(number) {}
  int code;
};

int refuse(int code);
void nested(int depth);
