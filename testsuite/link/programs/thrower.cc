// The other side of exceptions.cc: a file, or a shared library, of its own.
#include "exceptions.h"

int refuse(int code) {
  throw Refused("by another file", code);
}

void nested(int depth) {
  std::string holds("needs a destructor");
  if (depth == 0) throw static_cast<int>(holds.size());
  nested(depth - 1);
}
