//args: -undef
//left: the option -undef
__GNUC__ unix __linux__ __STDC__ __LINE__
