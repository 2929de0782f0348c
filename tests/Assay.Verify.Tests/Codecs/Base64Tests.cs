using System.Text;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Verify.Tests.Codecs;

public class Base64Tests
{
    [Fact]
    public void Every_length_comes_back_and_has_one_spelling()
    {
        var random = new Random(5);
        for (var length = 0; length < 100; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var text = Base64.Write(bytes);
            Assert.Equal(bytes, Base64.Read(text));
            Assert.Equal(bytes, Base64.Read(Encoding.ASCII.GetBytes(text)));
            var into = new byte[length];
            Assert.True(Base64.TryReadInto(Encoding.ASCII.GetBytes(text), into));
            Assert.Equal(bytes, into);
            Assert.False(Base64.TryReadInto(Encoding.ASCII.GetBytes(text), new byte[length + 1]));
            foreach (var other in Damaged(text))
            {
                byte[] ascii = [.. other.Select(c => c < 128 ? (byte)c : (byte)0xe9)];
                // Another character of the alphabet may be another text of as many bytes: then it is that one's only spelling.
                if (Read(other) is { } read)
                    Assert.Equal(other, Base64.Write(read));
                Assert.Equal(Read(other), Read(ascii));
                Assert.Equal(Read(other)?.Length == length, Base64.TryReadInto(ascii, into));
            }
        }
    }

    [Theory]
    [InlineData("AA==AA==")]
    [InlineData("=AAA")]
    [InlineData("A===")]
    [InlineData("====")]
    [InlineData("AB==")]
    [InlineData("AAB=")]
    [InlineData("AAA")]
    [InlineData("AA =")]
    [InlineData("AAAA\n")]
    [InlineData(" AAA")]
    [InlineData("AA-_")]
    [InlineData("AA\u00c1A")]
    [InlineData("AA=A")]
    public void Other_spellings_are_refused(string text)
    {
        Assert.Null(Read(text));
        Assert.Null(Read(Encoding.Latin1.GetBytes(text)));
    }

    [Fact]
    public void A_hash_is_read_from_exactly_44_characters()
    {
        var hash = Sha256.Of([1]);
        Assert.Equal(hash, Hash.FromBase64(hash.ToBase64()));
        Assert.Throws<MalformedException>(() => Hash.FromBase64(Base64.Write(hash.Bytes[1..])));
        Assert.Throws<MalformedException>(() => Hash.FromBase64(Base64.Write([.. hash.ToArray(), 0])));
        Assert.Throws<MalformedException>(() => Hash.FromBase64(hash.ToBase64()[..43] + "\u00e9"));
    }

    private static IEnumerable<string> Damaged(string text)
    {
        for (var i = 0; i < text.Length; i++)
            foreach (var c in "A9+/=- \n\u00e9")
                yield return text[..i] + c + text[(i + 1)..];
    }

    private static byte[]? Read(string text)
    {
        try
        {
            return Base64.Read(text);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static byte[]? Read(byte[] ascii)
    {
        try
        {
            return Base64.Read(ascii);
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
