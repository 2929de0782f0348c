using System.Text;
using Assay.Digits.Drawing;
using Assay.Digits.Output;
using Assay.Digits.Training;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Digits.Tests;

public class ModelTests
{
    [Fact]
    [Trait("speed", "slow")]
    public void The_program_remakes_the_committed_model_and_card_byte_for_byte()
    {
        var parameters = Trainer.Train(TrainingPlan.Committed, Environment.ProcessorCount);
        var model = OnnxExport.File(parameters);
        Assert.Equal(Committed.Bytes("model.onnx"), model);
        var right = Trainer.CountRight(parameters, ModelCard.HeldOutSeed, ModelCard.HeldOutCount);
        var quantized = Committed.Bytes(Int8Export.File);
        Assert.Equal(Encoding.UTF8.GetString(Committed.Bytes("README.md")), ModelCard.Text(model.Length, right, quantized.Length, Int8Export.Compare(model, quantized, ModelCard.HeldOutCount)));
        Assert.True(right.Sum() >= ModelCard.HeldOutCount * 99L / 100, $"{right.Sum()} of {ModelCard.HeldOutCount}");
    }

    [Fact]
    public void A_short_training_gives_the_same_parameters_with_one_thread_and_with_seven()
    {
        var plan = new TrainingPlan(Seed: 3, Steps: 20, Rate: 0.002f);
        Assert.Equal(Trainer.Train(plan, 1), Trainer.Train(plan, 7));
    }

    [Fact]
    public void A_short_training_never_changes()
    {
        var parameters = Trainer.Train(new TrainingPlan(Seed: 3, Steps: 20, Rate: 0.002f), 2);
        var digest = System.Security.Cryptography.SHA256.HashData(OnnxExport.File(parameters));
        Assert.Equal("46aee720d89e9098e243649d8e2ce408", Convert.ToHexStringLower(digest)[..32]);
    }

    [Fact]
    public void The_model_says_how_a_picture_is_read_and_what_its_outputs_mean()
    {
        var model = Committed.Model;
        Assert.Equal("gray", model.Metadata["assay.image.channels"]);
        Assert.Equal("0", model.Metadata["assay.image.mean"]);
        Assert.Equal(Samples.Scale, float.Parse(model.Metadata["assay.image.scale"]));
        Assert.Equal(string.Join(',', Enumerable.Range(0, 10)), model.Metadata["assay.labels"]);
        Assert.Equal([1, 1, 28, 28], model.Values[Assert.Single(model.Inputs)].Dims);
        Assert.Equal([1, 10], model.Values[Assert.Single(model.Outputs)].Dims);
        Assert.True(Committed.Bytes("model.onnx").Length < 300_000);
    }

    [Fact]
    public void Held_out_digits_are_classified_right_by_the_reference_interpreter()
    {
        const int Count = 500;
        var (right, pixels) = (0, new byte[DigitImage.Pixels]);
        for (var i = 0; i < Count; i++)
        {
            DigitImage.Draw(ModelCard.HeldOutSeed, i, pixels);
            if (Committed.Greatest(Committed.Run(Values(pixels))) == DigitImage.LabelOf(i))
                right++;
        }
        Assert.True(right >= Count * 98 / 100, $"{right} of {Count}");
    }

    [Fact]
    public void The_samples_are_the_generators_and_classified_right_with_confidence()
    {
        for (var digit = 0; digit < 10; digit++)
        {
            var file = Committed.Bytes($"samples/{digit}.png");
            Assert.Equal(SamplePictures.Png(digit), file);
            var picture = Engine.Models.Formats.Png.Read(file);
            var options = new ImageOptions(ChannelOrder.Gray, [Samples.Mean], Samples.Scale);
            var input = ImageInput.ToTensor(picture, Committed.Model.Values[Committed.Model.Inputs[0]], options);
            var probabilities = Committed.Run(input.Span<float>());
            Assert.Equal(digit, Committed.Greatest(probabilities));
            Assert.True(probabilities[digit] > 0.9f, $"{digit}: {probabilities[digit]}");
        }
    }

    [Fact]
    public void The_cards_figure_for_twenty_handwritten_digits_is_true()
    {
        var folder = TestData.Require("models/mnist/reference");
        var (right, wrong) = (0, new List<string>());
        foreach (var path in Directory.GetDirectories(folder, "digit*_*").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var pixels = Npy.Read(File.ReadAllBytes(Path.Combine(path, "in.Input3.npy"))).Span<float>();
            var image = new float[pixels.Length];
            for (var i = 0; i < image.Length; i++)
                image[i] = (pixels[i] - Samples.Mean) * Samples.Scale;
            var guess = Committed.Greatest(Committed.Run(image));
            if (guess == name[5] - '0')
                right++;
            else
                wrong.Add($"{name} is taken for {guess}");
        }
        Assert.True(right == ModelCard.MnistRight, $"{right} right; {string.Join(", ", wrong)}");
    }

    private static float[] Values(ReadOnlySpan<byte> pixels)
    {
        var values = new float[pixels.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = (pixels[i] - Samples.Mean) * Samples.Scale;
        return values;
    }
}
