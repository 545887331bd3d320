# Finds what the CUDA backend is built with: nvcc, the CUDA runtime, cuBLAS (as CUDA::cudart_static and CUDA::cublas, CMake's own) and
# cuDNN as cudnn::cudnn, which ships no CMake config. Looks for cuDNN where the toolkit is and where Debian's packages put it.

include(CheckLanguage)
check_language(CUDA)
if(CMAKE_CUDA_COMPILER)
  find_package(CUDAToolkit QUIET)
endif()
if(CUDAToolkit_FOUND)
  find_path(CUDNN_INCLUDE_DIR cudnn_version.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
  find_library(CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_LIBRARY_ROOT}/lib)
  if(CUDNN_INCLUDE_DIR)
    file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version.h cudnn_lines REGEX "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) [0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" CUDNN_VERSION "${cudnn_lines}")
    string(REPLACE ";" "." CUDNN_VERSION "${CUDNN_VERSION}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cudnn
  REQUIRED_VARS CMAKE_CUDA_COMPILER CUDAToolkit_FOUND CUDNN_LIBRARY CUDNN_INCLUDE_DIR VERSION_VAR CUDNN_VERSION)
if(cudnn_FOUND AND NOT TARGET cudnn::cudnn)
  add_library(cudnn::cudnn UNKNOWN IMPORTED)
  set_target_properties(cudnn::cudnn PROPERTIES IMPORTED_LOCATION ${CUDNN_LIBRARY})
  target_include_directories(cudnn::cudnn SYSTEM INTERFACE ${CUDNN_INCLUDE_DIR})
endif()
mark_as_advanced(CUDNN_INCLUDE_DIR CUDNN_LIBRARY)
