//left: a raw string
char a[] = R"(a)";
