//args: -O2 -std=gnu11 -m64 -mcmodel=kernel -fno-PIE -fshort-wchar
__GNUC__ __VERSION__ __SIZEOF_LONG__ __OPTIMIZE__ __WCHAR_TYPE__ __PIC__ __code_model_kernel__ __STDC_VERSION__ unix linux __SSE__
