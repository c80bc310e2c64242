#define M 1
a
#pragma GCC diagnostic push
#pragma pack(M)
  #  pragma  weak x = y
#pragma
#pragma unknown "M" M
b
