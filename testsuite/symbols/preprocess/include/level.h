#define LEVEL level
__INCLUDE_LEVEL__
