using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Tests.Execution;

public sealed class TrainedModelTests
{
    [Fact]
    public void Mnist_agrees_with_the_reference_outputs_and_knows_every_digit()
    {
        var graph = TrainedModels.Load("mnist");
        var worst = new Difference();
        foreach (var name in new[] { "seed1", "seed2", "seed3" })
            worst = worst.And(TrainedModels.Run(graph, "mnist", name));
        for (var digit = 0; digit < 10; digit++)
            foreach (var image in "ab")
            {
                worst = worst.And(TrainedModels.Run(graph, "mnist", $"digit{digit}_{image}"));
                var scores = Reference.Run(graph, TrainedModels.Case("mnist", $"digit{digit}_{image}").Inputs)[0].Value.Span<float>();
                Assert.Equal(digit, scores.IndexOf(scores.ToArray().Max()));
            }
        Assert.InRange(worst.Absolute, 0, 1e-2);
        Assert.InRange(worst.Relative, 0, 1e-3);
    }

    [Fact]
    public void Face_detector_agrees_with_the_reference_outputs()
    {
        var worst = TrainedModels.Run(TrainedModels.Load("version-RFB-320"), "version-RFB-320", "seed1");
        Assert.InRange(worst.Absolute, 0, 1e-4);
        Assert.InRange(worst.Relative, 0, 1e-3);
    }

    [Fact]
    public void Float16_SqueezeNet_agrees_with_the_reference_outputs_and_sees_the_fish()
    {
        var graph = TrainedModels.Load("SqueezeNet_fp16");
        var (inputs, expected) = TrainedModels.Case("SqueezeNet_fp16", "fish");
        var actual = Reference.Run(graph, inputs)[0].Value;
        var difference = Difference.Between(actual, expected["softmaxout_1"]);
        TestContext.Current.TestOutputHelper?.WriteLine($"fish: {difference}");
        Assert.InRange(difference.Absolute, 0, 1e-2);
        var scores = Difference.Doubles(actual);
        Assert.Equal(0, Array.IndexOf(scores, scores.Max()));
    }

    [Theory, InlineData("seed1"), InlineData("seed2"), InlineData("seed3")]
    public void Voice_detector_agrees_with_the_reference_outputs(string name)
    {
        var worst = TrainedModels.Run(TrainedModels.Load("silero_vad"), "silero_vad", name);
        Assert.InRange(worst.Absolute, 0, 1e-5);
        Assert.InRange(worst.Relative, 0, 1e-3);
    }

    [Fact]
    public void Voice_detector_follows_real_speech_over_a_chain_of_128_steps()
    {
        var graph = TrainedModels.Load("silero_vad");
        var folder = SharedData.Require("models", "silero_vad", "reference", "speech");
        Tensor Read(string name) => Npy.Read(File.ReadAllBytes(Path.Combine(folder, name)));
        var audio = Read("audio.npy").Span<float>().ToArray();
        var probabilities = new float[audio.Length / 512];
        var state = Tensor.Create(DType.Float32, Shape.Of(2, 1, 128));
        for (var k = 0; k < probabilities.Length; k++)
        {
            var samples = new float[576];
            if (k > 0)
                audio.AsSpan(512 * k - 64, 64).CopyTo(samples);
            audio.AsSpan(512 * k, 512).CopyTo(samples.AsSpan(64));
            var outputs = Reference.Run(graph, new Dictionary<string, Tensor>(StringComparer.Ordinal)
            {
                ["input"] = Tensor.From<float>(Shape.Of(1, 576), samples),
                ["state"] = state,
                ["sr"] = Tensor.Scalar(16000L),
            });
            probabilities[k] = outputs[0].Value.Span<float>()[0];
            state = outputs[1].Value;
        }
        var speech = Difference.Between(Tensor.From<float>(Shape.Of(probabilities.Length), probabilities), Read("probabilities.npy"));
        var final = Difference.Between(state, Read("final_state.npy"));
        TestContext.Current.TestOutputHelper?.WriteLine($"probabilities {speech}; final state {final}");
        Assert.InRange(speech.Absolute, 0, 1e-5);
        Assert.InRange(final.Absolute, 0, 1e-4);
    }
}
