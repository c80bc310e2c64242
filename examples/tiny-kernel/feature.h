#ifndef FEATURE_H
#define FEATURE_H

/* What starts a feature; it is told what the feature is part of. */
typedef void start_feature(const char *home);

/* Names that function: to the list in the kernel, or as a module's entry. */
#ifdef MODULE
#define FEATURE(function) start_feature module_start __attribute__((alias(#function)))
#else
#define FEATURE(function) \
	static start_feature *const entry_of_##function \
		__attribute__((used, section(".features"))) = function
#endif

#endif
