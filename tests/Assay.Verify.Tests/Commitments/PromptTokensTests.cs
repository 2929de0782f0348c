using Assay.Verify.Commitments;

namespace Assay.Verify.Tests.Commitments;

/// <summary>Prompts and lists of them have one encoding, and nothing else is read as one.</summary>
public class PromptTokensTests
{
    private static readonly int[][] Texts = [[1, 2, 3], [], [int.MaxValue], [7, 7]];

    [Fact]
    public void Lists_are_read_as_they_were_written()
    {
        var bytes = PromptTokens.EncodeList(Texts);
        Assert.Equal("00000004" + "00000003" + "000000010000000200000003" + "00000000" + "000000017fffffff" + "000000020000000700000007", Convert.ToHexStringLower(bytes));
        Assert.Equal(Texts, PromptTokens.DecodeList(bytes));
        Assert.Empty(PromptTokens.DecodeList(PromptTokens.EncodeList([])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("00000001")]
    [InlineData("0000000100000001")]
    [InlineData("00000001000000")]
    [InlineData("0000000000000000")]
    [InlineData("0000000100000000000000")]
    [InlineData("ffffffff00000000")]
    [InlineData("00000001ffffffff00000000")]
    [InlineData("000000010000000180000000")]
    public void What_is_none_is_malformed(string hex) =>
        Assert.Throws<MalformedException>(() => PromptTokens.DecodeList(Convert.FromHexString(hex)));

    [Fact]
    public void Changed_bytes_are_malformed_or_another_list_in_bounded_memory()
    {
        var bytes = PromptTokens.EncodeList(Texts);
        var random = new Random(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. bytes.AsSpan(0, random.Next(bytes.Length + 1))];
            for (var flips = random.Next(4); flips > 0 && changed.Length > 0; flips--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                Assert.Equal(changed, PromptTokens.EncodeList(PromptTokens.DecodeList(changed)));
            }
            catch (MalformedException)
            {
                // As it should be of most.
            }
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }
}
