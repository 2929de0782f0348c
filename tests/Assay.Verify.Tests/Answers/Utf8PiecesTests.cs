using Assay.Verify.Answers;

namespace Assay.Verify.Tests.Answers;

public class Utf8PiecesTests
{
    [Fact]
    public void Texts_are_cut_at_whole_characters()
    {
        var pieces = new Utf8Pieces();
        var bytes = "aé€😀"u8.ToArray();
        var output = bytes.Select(b => pieces.Append([b])).ToList();
        Assert.Equal(["a", "", "é", "", "", "€", "", "", "", "😀"], output);
        Assert.Equal("", pieces.Finish());
        Assert.Equal("", pieces.Append([0xE2, 0x82]));
        Assert.Equal("\uFFFD", pieces.Finish());
    }
}
