#pragma once
#include <string>

#include "kbx/kbuild/refusals.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// True if the makefile of a folder (its Kbuild, else its Makefile) assigns to `image-y` or its
/// like: then rules/images.mk stands where a kernel tree's Makefiles stand for modules. The text is
/// looked at and nothing evaluated, so the assignment has to stand in this very file.
bool declares_images(const std::string& folder);

/// Throws Error, with the line of the folder's makefile, for images that cannot be linked as they
/// are declared: no objects, no script of that name, an unknown format, a name that is no file's.
/// `evaluation` has read rules/images.mk. A linker that is not kbx's own may know more formats.
void check_images(const makelang::Evaluation& evaluation, const DriverFolders& folders,
                  bool own_linker);

}  // namespace kbx::kbuild
