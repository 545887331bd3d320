# Finds TurboJPEG, libjpeg-turbo's own interface, as turbojpeg::turbojpeg.
#
# libjpeg-turbo brings a CMake config, but Debian's names files of packages that are not needed here and fails without them.

find_path(TURBOJPEG_INCLUDE_DIR turbojpeg.h)
find_library(TURBOJPEG_LIBRARY turbojpeg)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(turbojpeg REQUIRED_VARS TURBOJPEG_LIBRARY TURBOJPEG_INCLUDE_DIR)
if(turbojpeg_FOUND)
  add_library(turbojpeg::turbojpeg UNKNOWN IMPORTED)
  set_target_properties(turbojpeg::turbojpeg PROPERTIES IMPORTED_LOCATION ${TURBOJPEG_LIBRARY})
  target_include_directories(turbojpeg::turbojpeg SYSTEM INTERFACE ${TURBOJPEG_INCLUDE_DIR})
endif()
mark_as_advanced(TURBOJPEG_INCLUDE_DIR TURBOJPEG_LIBRARY)
