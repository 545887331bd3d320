"""The paper's networks as PyTorch modules, with the names that Paceline gives their parameters and buffers: for comparisons with PyTorch,
which is a yardstick here and never a dependency."""

import torch
from torch import nn
from torch.nn import functional


class Cnn7(nn.Module):
    size = 28

    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 64, 5), nn.Conv2d(64, 128, 5), nn.Conv2d(128, 64, 3)
        self.fc1, self.fc2 = nn.Linear(256, 256), nn.Linear(256, classes)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.conv3(x)).flatten(1)
        return self.fc2(self.dropout(self.fc1(x)))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut without parameters."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.added = stride, (channels - before) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.added, self.added))
        return functional.relu(y + short)


class ResNet20(nn.Module):
    size = 28

    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.layer1 = self.stage(16, 16, 1)
        self.layer2 = self.stage(16, 32, 2)
        self.layer3 = self.stage(32, 64, 2)
        self.linear = nn.Linear(64, classes)

    @staticmethod
    def stage(before, channels, stride):
        return nn.Sequential(BasicBlock(before, channels, stride), BasicBlock(channels, channels, 1),
                             BasicBlock(channels, channels, 1))

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class Vgg16(nn.Module):
    size = 32

    def __init__(self, classes=10):
        super().__init__()
        layers, before = [], 3
        for channels in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
            if channels == 0:
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
            before = channels
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(512, 512), nn.ReLU(inplace=True), nn.Dropout(),
                                        nn.Linear(512, 512), nn.ReLU(inplace=True), nn.Linear(512, classes))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Bottleneck(nn.Module):
    def __init__(self, before, channels, stride):
        super().__init__()
        after = 4 * channels
        self.conv1, self.bn1 = nn.Conv2d(before, channels, 1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        self.conv3, self.bn3 = nn.Conv2d(channels, after, 1, bias=False), nn.BatchNorm2d(after)
        self.downsample = None
        if stride > 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return functional.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet50(nn.Module):
    size = 224

    def __init__(self, classes=1000):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self.stage(64, 64, 3, 1)
        self.layer2 = self.stage(256, 128, 4, 2)
        self.layer3 = self.stage(512, 256, 6, 2)
        self.layer4 = self.stage(1024, 512, 3, 2)
        self.fc = nn.Linear(2048, classes)

    @staticmethod
    def stage(before, channels, blocks, stride):
        rest = (Bottleneck(4 * channels, channels, 1) for _ in range(blocks - 1))
        return nn.Sequential(Bottleneck(before, channels, stride), *rest)

    def forward(self, x):
        x = self.pool(functional.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


MODELS = {"cnn7": Cnn7, "resnet20": ResNet20, "vgg16": Vgg16, "resnet50": ResNet50}
CLASSES = {"resnet50": 1000}


def make_step(model, batch, mode, device="cpu"):
    """A training step in that mode, to be called again and again: forward, backward, Nesterov SGD on random pictures."""
    network = MODELS[model]().to(device)
    images = torch.rand(batch, 3, network.size, network.size, device=device)
    labels = torch.randint(0, CLASSES.get(model, 10), (batch,), device=device)
    if "channels_last" in mode:
        network, images = network.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    run = torch.compile(network) if "compile" in mode else network
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)

    def step():
        optimizer.zero_grad()
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled="bf16" in mode, cache_enabled="graph" not in mode):
            loss = functional.cross_entropy(run(images), labels)
        loss.backward()
        optimizer.step()

    return record(step) if "graph" in mode else step


def record(step):
    """The step as one CUDA graph. What it allocates at its first calls has to be there before."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay
