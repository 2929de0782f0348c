using System.Text;

namespace Assay.Bench.Tests;

public sealed class InitializersTests
{
    [Fact]
    public void An_initialiser_is_no_longer_an_input_and_all_else_stays()
    {
        var weights = Message(5, [.. Message(8, "w"u8)]);
        byte[] before = [.. weights, .. Message(11, [.. Message(1, "x"u8)]), .. Message(11, [.. Message(1, "w"u8)]), .. Message(12, [.. Message(1, "y"u8)])];
        byte[] after = [.. weights, .. Message(11, [.. Message(1, "x"u8)]), .. Message(12, [.. Message(1, "y"u8)])];
        byte[] tail = Message(2, Encoding.UTF8.GetBytes(new string('p', 300)));
        Assert.Equal([8, 4, .. Message(7, after), .. tail], Initializers.AsConstants([8, 4, .. Message(7, before), .. tail]));
    }

    [Fact]
    public void Before_IR_version_4_initialisers_have_to_be_inputs_and_stay()
    {
        byte[] model = [8, 3, .. Message(7, [.. Message(5, [.. Message(8, "w"u8)]), .. Message(11, [.. Message(1, "w"u8)])])];
        Assert.Same(model, Initializers.AsConstants(model));
    }

    [Fact]
    public void What_is_not_a_message_is_refused()
    {
        Assert.Throws<BenchException>(() => Initializers.AsConstants([8]));
        Assert.Throws<BenchException>(() => Initializers.AsConstants([8, 4, 58, 200, 1, 0]));
        Assert.Throws<BenchException>(() => Initializers.AsConstants([15]));
    }

    // A field of length-delimited content.
    private static byte[] Message(int number, ReadOnlySpan<byte> content)
    {
        var tag = (byte)(number << 3 | 2);
        return content.Length < 128 ? [tag, (byte)content.Length, .. content] : [tag, (byte)(content.Length & 127 | 128), (byte)(content.Length >> 7), .. content];
    }
}
