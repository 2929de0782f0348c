using System.Text;
using Assay.Digits.Training;
using Assay.Engine.Quantization;

namespace Assay.Digits.Output;

/// <summary>The model's card: what it is, how it was made, what it can and cannot do.</summary>
internal static class ModelCard
{
    /// <summary>The seed of the digits that no training saw, and how many of them the card's figures come from.</summary>
    public const ulong HeldOutSeed = 7;

    public const int HeldOutCount = 16_000;

    /// <param name="modelBytes">Length of the model file.</param>
    /// <param name="right">How many of the held-out digits are classified right, by digit.</param>
    /// <param name="int8Bytes">Length of the file of the model in whole numbers.</param>
    /// <param name="int8">How that does on the held-out digits.</param>
    public static string Text(int modelBytes, int[] right, int int8Bytes, AccuracyReport int8)
    {
        var plan = TrainingPlan.Committed;
        var table = new StringBuilder();
        for (var digit = 0; digit < right.Length; digit++)
            table.Append($"| {digit} | {100.0 * right[digit] / (HeldOutCount / right.Length):F2} % |\n");

        return $"""
            # digits

            A small classifier of single digits, 0 to 9, in 28x28 gray pictures. It is here so that Assay can be tried and tested
            with a real model and nothing from outside.

            | | |
            |---|---|
            | file | `model.onnx`, {modelBytes} bytes, ONNX operator set 13 |
            | input | `image`, float32 1x1x28x28: pixel / 255, white ink on black (0 is the background) |
            | output | `probabilities`, float32 1x10, in the order 0 to 9 |
            | parameters | {Network.ParameterCount}, float32 |
            | layers | Conv 5x5 (8), Relu, MaxPool 2x2, Conv 5x5 (16), Relu, MaxPool 2x2, Flatten, Gemm (64), Relu, Gemm (10), Softmax |
            | licence | Apache-2.0, as the program that makes it |

            ## How it was made
            `tools/Assay.Digits` draws digits, trains the network on them and writes everything in this folder, this page included:

                dotnet run --project tools/Assay.Digits -c Release -- models/digits

            The result has the same bytes on every machine and with any number of threads: the random numbers come from a fixed
            seed by counter, sums are added in a fixed order, and nothing but + - * / and square root of IEEE 754 is used, with exp
            and log from the profile `assay-f32-v1`.

            **Training data.** {plan.SampleCount:N0} pictures, each seen once, drawn by strokes of our own: 6 to 8 ways of writing each
            digit (1 with and without a serif, 4 open and closed, 7 with and without a bar, and so on), each pen point moved a little,
            then a smooth warp, rotation (a standard deviation of about 13 degrees), shear, stretch, size and shift, with pen width,
            softness, pressure, brightness and noise that vary. Most pictures are fitted as those of MNIST are: into a box of about 20x20 pixels, the ink's
            centre of mass in the middle. No picture, font or handwriting from anywhere else was used.

            **Training.** Cross-entropy, Adam, {plan.Steps:N0} steps of {TrainingPlan.SamplesPerStep} pictures, rate from {plan.Rate} down to 0 in a straight line.

            ## How good it is
            On {HeldOutCount:N0} generated digits of another seed, {100.0 * right.Sum() / HeldOutCount:F2} % are classified right:

            | digit | right |
            |---|---|
            {table}
            On 20 handwritten digits of MNIST, two of each, which it was not trained on, {MnistRight} are right. Twenty are too few to
            say more than that it carries over to real handwriting at all; the training length was chosen on generated digits alone.

            ## In whole numbers
            `{Int8Export.File}`, {int8Bytes} bytes, is the same network quantised to int8 (operators of the domain `assay.int8`, docs/spec/assay-int8-v1.md), as
            `assay quantize --logits` does it, with ranges from {Int8Export.CalibrationCount} generated digits that neither training nor the figures here use. Its output is
            `logits`, float32 1x10: what goes into the softmax, which is left out, since in int8 it could not tell 0.999 from 1.
            On the same {int8.Count:N0} digits {int8.QuantizedRight:N0} are right, with the float model {int8.FloatRight:N0}: {int8.PointsLost:F2} points lost; {int8.Agree:N0} get the same answer.
            On {int8.Ties} the greatest logit is there twice, and the first of the two counts. Of the 20 digits of MNIST {MnistRightInt8} are right.

            ## What it is for, and not for
            Demonstrations and tests. It has only seen digits that our own program drew: expect it to be worse on real handwriting than on
            the figures above, and worse still on digits that are off centre, much smaller or larger than about 20 pixels, black on white,
            photographed, or not digits at all (it always answers with one of the ten, often with false confidence). Do not decide
            anything with it.

            ## Samples
            `samples/0.png` to `samples/9.png`: one picture of each digit by the same generator, none of them a training picture.

            """;
    }

    /// <summary>How many of the 20 MNIST digits of the shared test data are right: a test keeps it true.</summary>
    public const int MnistRight = 19;

    /// <summary>The same, of the model in whole numbers.</summary>
    public const int MnistRightInt8 = 19;
}
