#pragma once

#include "compute/model.hpp"

#include <span>
#include <string_view>

namespace paceline {

/// The CNN of the Leader SGD paper: conv 5x5 64, pool, conv 5x5 128, pool, conv 3x3 64, fc 256, dropout 0.5, fc classes.
/// 351,946 parameters at 3x28x28 and ten classes.
model make_cnn7(feature_shape input, std::int64_t classes);

/// A perceptron with two hidden layers of 256 units.
model make_mlp(feature_shape input, std::int64_t classes);

/// No hidden layer: softmax regression.
model make_linear(feature_shape input, std::int64_t classes);

/// For small pictures, with shortcuts that have no parameters (He et al. 2015, option A): 269,722 parameters at ten classes, whatever the
/// input's size.
model make_resnet20(feature_shape input, std::int64_t classes);

/// With batch norm and two hidden layers of 512: 15,253,578 parameters at 3x32x32 and ten classes.
model make_vgg16(feature_shape input, std::int64_t classes);

/// As torchvision's: 25,557,032 parameters at a thousand classes, whatever the input's size.
model make_resnet50(feature_shape input, std::int64_t classes);

/// What the paper gives a built-in model to look at: 28 pixels a side of small pictures, 32 for vgg16, 224 for resnet50. Throws
/// invalid_input that lists the known names where there is none of that name.
feature_shape usual_input(std::string_view name);

/// Names that make_model knows.
std::span<const std::string_view> model_names();

/// Builds a model by name. Throws invalid_input that lists the known names where there is none of that name, or that says
/// why the model does not fit the input.
model make_model(std::string_view name, feature_shape input, std::int64_t classes);

} // namespace paceline
