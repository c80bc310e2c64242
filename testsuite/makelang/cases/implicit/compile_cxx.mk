# setup: touch a.cc b.cpp c.C
CXX = echo cxx
CXXFLAGS = -O9
all: a.o b.o c.o
